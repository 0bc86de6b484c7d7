"""Makes the JSON Schemas and the AsyncAPI document; needs PyYAML beside pydantic."""
