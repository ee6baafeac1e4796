from django.apps import AppConfig
from django.conf import settings

from recognition.engine.manifest import use_own


class RecognitionConfig(AppConfig):
    name = "recognition"

    def ready(self) -> None:
        """Networks that the deployer adds are known from the start."""
        use_own(settings.NETWORKS_FILE)
