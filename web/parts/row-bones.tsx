interface RowBonesProps {
  readonly count: number;
  readonly columns: number;
}

/** In place of rows that are on their way, as high as they are. */
export function RowBones({ count, columns }: RowBonesProps) {
  return (
    <>
      {Array.from({ length: count }, (_, index) => (
        <tr key={index} class="bones" aria-hidden="true">
          <td>
            <span class={`bone bone-${index % 3}`} />
          </td>
          {columns > 1 && <td colSpan={columns - 1} />}
        </tr>
      ))}
    </>
  );
}
