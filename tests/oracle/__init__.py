"""An independent reference model of the conversation engine, read from the contract alone.

Nothing here imports the engine, and the engine imports nothing from here: the two are compared by
what they print (`omnistate replay`, contract.md#replay).
"""
