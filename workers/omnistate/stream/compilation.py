"""Whether the engine runs compiled (`make compiled`) or as plain Python, for whoever is asked.

The same sources either way: nothing may depend on it.
"""

from typing import Final

from omnistate.core.conversation import decision

COMPILED: Final = not decision.__file__.endswith(".py")
