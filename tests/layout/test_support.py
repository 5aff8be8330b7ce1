"""What the tests themselves stand on."""

from support import processes


def test_a_port_given_out_is_not_given_out_again_soon():
    ports = [processes.free_port() for _ in range(2000)]
    assert len(set(ports)) == len(ports)


def test_workers_of_one_run_are_given_ports_of_their_own(monkeypatch):
    seen = set()
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    for worker in ("gw0", "gw1", "gw2"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        monkeypatch.setattr(processes, "_ports", None)
        ports = {processes.free_port() for _ in range(2000)}
        assert not ports & seen
        seen |= ports
