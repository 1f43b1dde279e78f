"""Shape of what people type of projects and partnerships: steps over the forms of the ground."""
