"""From training runs to a model folder: ONNX, proof that nothing changed, calibration."""
