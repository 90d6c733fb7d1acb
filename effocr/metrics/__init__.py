"""How good a reading is: text, boxes, confidence. numpy and rapidfuzz only."""
