"""What `effocr evaluate` and `effocr bench` do: sets, engines side by side, reports. No torch."""
