"""Who is given which waiting conversation: a picture in, requests, moves and closes out. Pure.

contract.md says what it does. It owns no truth: whatever it asks for may be refused, names the
`sequence` that it was decided on, and has an id that is the same for the same decision.
"""
