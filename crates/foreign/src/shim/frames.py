
import copy
import faulthandler
import importlib.util
import inspect
import json
import os
import struct
import sys
import traceback

try:
    import numpy as np
except ImportError as error:  # Said to the other end once it listens.
    np, NO_NUMPY = None, error

LEAD = struct.Struct("<IQ")


class Refused(Exception):
    """A message for the person at the other end, who needs no traceback to understand it."""


def open_pipes():
    """The protocol's own ends of the pipes. Whatever else reads standard input finds it empty, and whatever else is
    written to standard output goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb", 1 << 16)
    replies = os.fdopen(os.dup(1), "wb", 1 << 16)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    return requests, replies


def read_frame(requests):
    """The next header and payload, or None once the other end has gone."""
    lead = requests.read(LEAD.size)
    if len(lead) < LEAD.size:
        return None
    header_size, size = LEAD.unpack(lead)
    header = requests.read(header_size)
    # Writable, because a layer may write into its input; whether it does is checked.
    payload = bytearray(size)
    if size:
        requests.readinto(payload)
    return header, payload


def write_frame(replies, header, payload):
    replies.write(LEAD.pack(len(header), len(payload)))
    replies.write(header)
    replies.write(payload)
    replies.flush()


def numbers(payload, counts):
    """The payload cut into arrays of these lengths."""
    start, arrays = 0, []
    for count in counts:
        arrays.append(np.frombuffer(payload, "<f8", count, start))
        start += 8 * count
    return arrays


def packed(arrays):
    return b"".join(np.ascontiguousarray(array, "<f8").tobytes() for array in arrays)


def size_of(shape):
    size = 1
    for axis in shape:
        size *= axis
    return size
