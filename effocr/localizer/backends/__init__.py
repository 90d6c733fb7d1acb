"""Localizers besides the native one: torchvision, Detectron2, and ONNX files of YOLO and others."""
