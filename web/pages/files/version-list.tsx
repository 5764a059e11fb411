import { save } from '../../api/contents.js';
import { restoreVersion, versionsOf } from '../../api/files.js';
import { readProfile } from '../../api/profile.js';
import type { StoredFile, Version } from '../../api/types.js';
import { inBackground } from '../../parts/background.js';
import { FilePicker } from '../../parts/file-picker.js';
import { Icon } from '../../parts/icon.js';
import { sizeOf } from '../../parts/size.js';
import { momentOf } from '../../parts/time.js';
import { toast } from '../../parts/toasts.js';
import { useAnswer } from '../../parts/use-answer.js';
import { add } from '../../uploads/uploads.js';

interface VersionListProps {
  readonly file: StoredFile;
  readonly changed: (file: StoredFile) => void;
  readonly compare: (version: Version) => void;
}

/** The contents that a file has had. An earlier one can be the current one again; nothing is lost by that. */
export function VersionList({ file, changed, compare }: VersionListProps) {
  const { value: versions, error, again } = useAnswer(() => versionsOf(file.id), [file.id, file.version]);
  const makeCurrent = async ({ version }: Version) => {
    changed(await restoreVersion(file.id, version));
    toast({ text: `Version ${version} is the content of “${file.name}” again.` });
    await readProfile();
  };
  return (
    <section>
      <div class="section-head">
        <h3>Versions</h3>
        <FilePicker class="button low" multiple={false} take={(files) => add(files, file.id)}>
          <Icon name="upload" />
          New version
        </FilePicker>
      </div>
      {error !== null && (
        <p class="small">
          They could not be read.{' '}
          <button type="button" class="link" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {error === null && versions === null && <span class="bone" />}
      <ul class="versions">
        {versions?.map((version) => (
          <li key={version.version}>
            <div class="version-words">
              <p>
                Version {version.version} {version.current && <span class="chip accent">current</span>}
              </p>
              <p class="small quiet">
                {momentOf(version.created)}, <span class="number">{sizeOf(version.size)}</span>
                {version.sha256 === file.sha256 && !version.current && ', same bytes as now'}
              </p>
            </div>
            {!version.current && (
              <>
                <button
                  type="button"
                  class="button plain square low"
                  aria-label={`Compare version ${version.version} with the current one`}
                  title="Compare"
                  onClick={() => compare(version)}
                >
                  <Icon name="compare" />
                </button>
                <button
                  type="button"
                  class="button plain square low"
                  title="Download"
                  aria-label={`Download version ${version.version}`}
                  onClick={() => inBackground(save({ id: file.id, version: version.version }, version))}
                >
                  <Icon name="download" />
                </button>
                <button
                  type="button"
                  class="button low"
                  aria-label={`Restore version ${version.version}`}
                  onClick={() => inBackground(makeCurrent(version))}
                >
                  Restore
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
