import { useEffect, useState } from 'preact/hooks';
import { inBackground } from '../../parts/background.js';
import { Icon } from '../../parts/icon.js';
import { droppedFiles } from '../../uploads/dropped-files.js';

/** Takes files and folders that are dropped anywhere on the page. While some are held over it, it says so. */
export function DropZone({ take }: { readonly take: (files: readonly File[]) => void }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const hold = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      clearTimeout(leaving);
      setOver(true);
    };
    const leave = () => {
      // Between two elements a drag leaves one before it enters the other.
      leaving = setTimeout(() => setOver(false), 80);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      inBackground(droppedFiles(event.dataTransfer!).then(take));
    };
    addEventListener('dragover', hold);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      clearTimeout(leaving);
      removeEventListener('dragover', hold);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [take]);
  return over ? (
    <div class="drop-zone" aria-hidden="true">
      <Icon name="upload" />
      <p>Drop to upload</p>
    </div>
  ) : null;
}
