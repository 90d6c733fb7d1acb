"""What makes models better: recipes that train one from fonts, and the model registry."""
