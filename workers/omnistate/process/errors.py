"""What ends a command or a worker with one line, because a person has to mend something first.

Light to import. Which exit status follows from which error is told in `exit_status`.
"""


class Unusable(Exception):
    """It cannot run as things are; the message is one line that says what to do about it.

    A setting, an argument, a file, a topic or a port.
    """
