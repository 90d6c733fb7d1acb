"""Document -> text, jsonl."""
