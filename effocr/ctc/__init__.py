"""The sequence reader: a line goes in whole, a text comes out. Second reader and yardstick."""
