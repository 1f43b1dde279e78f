"""Files that arrive with a form: too big, they are let go on the way, and the form says why."""

from typing import NoReturn

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from atlas.services.uploads import too_big


class DroppedFile(UploadedFile):
    """A file too big to be kept: it has a name and the size that was sent, nothing else. Whoever reads it is refused."""

    def read(self, *args) -> NoReturn:
        raise too_big(self.size, settings.UPLOAD_MAX_BYTES)

    def open(self, mode: str | None = None) -> NoReturn:
        self.read()

    def chunks(self, chunk_size: int | None = None) -> NoReturn:
        self.read()

    seek = __iter__ = read


class BoundedUploadHandler(FileUploadHandler):
    """Counts the bytes of each file before anybody keeps them, and keeps nothing of one past UPLOAD_MAX_BYTES.

    The form then finds a `DroppedFile` in its place, and checks its size as that of any other; the text typed beside a
    photo of 200 MB is there when the form is shown again.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    @property
    def dropped(self) -> bool:
        return self.received > settings.UPLOAD_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        dropped_before = self.dropped
        self.received += len(raw_data)
        if not self.dropped:
            return raw_data
        if not dropped_before:
            for other in self.request.upload_handlers:
                if other is not self:
                    other.upload_interrupted()
        return None

    def file_complete(self, file_size: int) -> DroppedFile | None:
        return DroppedFile(None, self.file_name, self.content_type, self.received) if self.dropped else None


def check_kept(file: UploadedFile) -> UploadedFile:
    """For forms with no limit of their own: the file. Raises ValidationError when it was let go."""
    return file.read() if isinstance(file, DroppedFile) else file
