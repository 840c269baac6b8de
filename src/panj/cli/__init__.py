"""The command `panj`: words in, words out.

Each command is thin: it calls the room that does the work. Heavy rooms are imported inside commands, so
`panj --help` is quick.
"""
