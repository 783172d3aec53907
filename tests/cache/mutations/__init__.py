"""Every protective rule of the engine, and the tiny change that switches it off.

`tests` show at once what the rule is for. Each is caught by test_mutations.py; how soon, and by which of the simulated
worlds too: make prove-mutations, docs/cache.md. The rules of store.lua: of_scripts.py.
"""

from tests.cache.mutations.of_fetches import OF_FETCHES
from tests.cache.mutations.of_generations import OF_GENERATIONS
from tests.cache.mutations.of_outages import OF_OUTAGES
from tests.cache.mutations.of_progress import OF_PROGRESS
from tests.cache.mutations.of_servers import OF_SERVERS
from tests.cache.mutations.of_windows import OF_WINDOWS

MUTATIONS = OF_GENERATIONS + OF_WINDOWS + OF_FETCHES + OF_OUTAGES + OF_SERVERS + OF_PROGRESS
