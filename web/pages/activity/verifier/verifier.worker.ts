import { checkExport, checkpointIn } from './check-export.js';
import { checkProof } from './check-proof.js';
import type { Answer, Request, TaskName, Tasks } from './task.js';

/** Checks away from the page, which stays quick meanwhile. It does one task at a time. */
addEventListener('message', ({ data }: MessageEvent<Request>) => {
  perform(data).then(
    (found) => tell({ type: 'found', found }),
    (error: unknown) =>
      tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});

async function perform(request: Request): Promise<Tasks[TaskName]['found']> {
  switch (request.name) {
    case 'checkpoint':
      return checkpointIn(request.given);
    case 'export':
      return checkExport(request.given, (progress) => tell({ type: 'progress', progress }));
    case 'proof':
      return checkProof(request.given);
  }
}

function tell(answer: Answer): void {
  postMessage(answer);
}
