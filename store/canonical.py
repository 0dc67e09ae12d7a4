"""How is a value spelled when it is hashed? The same value, the same bytes, on every machine."""

import json
from typing import Any

ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> bytes:
    return ENCODER.encode(value).encode(errors="surrogatepass")
