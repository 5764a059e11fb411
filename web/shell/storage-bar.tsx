import { profile } from '../api/profile.js';
import { sizeOf } from '../parts/size.js';
import { useStore } from '../parts/store.js';

/** How much is kept, against the quota when there is one. */
export function StorageBar() {
  const storage = useStore(profile)?.storage;
  if (storage === undefined)
    return (
      <div class="storage" aria-hidden="true">
        <span class="bone" />
      </div>
    );
  const { used, quota, versions, trash } = storage;
  const apart = [
    ...(versions > 0 ? [`${sizeOf(versions)} in earlier versions`] : []),
    ...(trash > 0 ? [`${sizeOf(trash)} in the trash`] : []),
  ];
  return (
    <div class="storage">
      <p class="small">
        <strong>{sizeOf(used)}</strong> {quota === null ? 'stored' : `of ${sizeOf(quota)}`}
      </p>
      {quota !== null && (
        <progress
          class={used >= quota * 0.9 ? 'full' : ''}
          max={Math.max(quota, 1)}
          value={Math.min(used, quota)}
          aria-label="Storage used"
        />
      )}
      {apart.length > 0 && <p class="small quiet">{apart.join(', ')}</p>}
    </div>
  );
}
