"""kubernetes-event-exporter, whose place ours takes, tuned so that it loses nothing in a burst."""

from __future__ import annotations

from pathlib import Path

from bench.exporter.contenders import REGION, Contender, write_kubeconfig

_CONFIGURATION = f"""\
logLevel: error
logFormat: json
omitLookup: true
kubeQPS: 1000
kubeBurst: 2000
maxEventAgeSeconds: 3600
route:
  routes:
    - match:
        - receiver: stream
receivers:
  - name: stream
    kinesis:
      streamName: bench
      region: {REGION}
"""


def peer(binary: str) -> Contender:
    """The one whose binary this is."""

    def command(url: str, folder: Path) -> list[str]:
        configuration = folder / "kubernetes-event-exporter.yaml"
        configuration.write_text(_CONFIGURATION)
        kubeconfig = write_kubeconfig(url, folder)
        here = [str(Path(binary).resolve()), f"-conf={configuration}", f"-kubeconfig={kubeconfig}"]
        return [*here, "-metrics-address=127.0.0.1:0"]

    return Contender("kubernetes-event-exporter", command, knows_endpoints=False)
