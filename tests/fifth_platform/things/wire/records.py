"""What a thing has."""

from bionb.frames import COUNT, columns

COLUMNS = columns("id name", size=COUNT)
