"""Uploads a file with tuspy and its checksums: URL, token, path and the size of each request in bytes. Prints the upload's address."""
import sys

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

url, token, path, chunk = sys.argv[1:]
client = TusClient(url, headers={"Authorization": f"Bearer {token}"})
uploader = client.uploader(
    path, chunk_size=int(chunk), upload_checksum=True, retries=200, retry_delay=0.1, metadata={"filename": "tuspy.bin"}
)
# tuspy repeats everything but the first request.
while uploader.url is None:
    try:
        uploader.set_url(uploader.create_url())
    except TusCommunicationError:
        pass
uploader.upload()
print(uploader.url)
