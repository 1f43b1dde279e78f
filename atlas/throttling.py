"""How often one address may ask. Counted in the shared cache, by fixed windows: two commands whatever the rate."""

import time
from ipaddress import ip_address, ip_network
from typing import Any

from django.core.cache import cache
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle


class AddressThrottle(SimpleRateThrottle):
    """Rates are settings (`DEFAULT_THROTTLE_RATES`): `read` for pages and records, `export` for whole files.

    The state of the count is left on the request as `rate_limit` = (limit, remaining, seconds to reset).
    """

    def __init__(self) -> None:  # the rate depends on the request
        pass

    def allow_request(self, request: Any, view: Any) -> bool:
        scope = self._scope(request)
        limit, duration = self.parse_rate(api_settings.DEFAULT_THROTTLE_RATES[scope])
        if not limit:
            return True
        now = time.time()
        window = int(now // duration)
        key = f"throttle:{scope}:{self._asker(request)}:{window}"
        cache.add(key, 0, 2 * duration)  # outlives its window, so that it cannot vanish before `incr`
        asked = cache.incr(key)
        self._wait = (window + 1) * duration - now
        request.rate_limit = (limit, max(0, limit - asked), int(self._wait) + 1)
        return asked <= limit

    def _scope(self, request: Any) -> str:
        return "export" if request.accepted_renderer.format in ("csv", "geojson") else "read"

    def wait(self) -> float:
        return int(self._wait) + 1

    def _asker(self, request: Any) -> str:
        """The address, as told by the number of trusted proxies (`NUM_PROXIES`); of IPv6, the network a subscriber has."""
        ident = self.get_ident(request)
        try:
            address = ip_address(ident)
        except ValueError:
            return "unknown"
        return str(ip_network((address, 64), strict=False).network_address) if address.version == 6 else ident


class AskThrottle(AddressThrottle):
    """What a visitor asks and that sends an e-mail."""

    def _scope(self, request: Any) -> str:
        return "ask"


class ProposeThrottle(AddressThrottle):
    """What is sent without account."""

    def _scope(self, request: Any) -> str:
        return "propose"


class LinkThrottle(AddressThrottle):
    """Pages behind a secret link: whoever tries addresses at random is stopped."""

    def _scope(self, request: Any) -> str:
        return "link"
