"""The words of omnistate: every input, output and configuration object as a typed model.

The only package that other teams import. It must not import `omnistate`, do I/O or know the rules.
"""
