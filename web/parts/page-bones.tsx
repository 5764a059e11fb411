/** In place of a page whose code is on its way. */
export function PageBones() {
  return (
    <div class="page" aria-busy="true">
      <div class="page-head">
        <span class="bone head-bone" />
      </div>
      <div class="card rows-bone" aria-hidden="true" />
    </div>
  );
}
