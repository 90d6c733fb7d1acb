"""`effocr learn --by finetune`: both networks learn a collection together, the index stays."""
