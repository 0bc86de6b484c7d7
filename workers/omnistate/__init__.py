"""omnistate's stream processors: core, runtime, adapters and command line, from the inside out."""
