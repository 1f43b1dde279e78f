"""How dates are written, where Django's own formats do not do (`FORMAT_MODULE_PATH`)."""
