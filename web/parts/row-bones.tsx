/** In place of rows that are on their way, as high as they are. One cell each: on a phone the table has one column. */
export function RowBones({ count }: { readonly count: number }) {
  return (
    <>
      {Array.from({ length: count }, (_, index) => (
        <tr key={index} class="bones" aria-hidden="true">
          <td>
            <span class={`bone bone-${index % 3}`} />
          </td>
        </tr>
      ))}
    </>
  );
}
