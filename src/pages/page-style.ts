/** The style of the pages. The colours are those of the console (`web/styles/tokens.css`). It is inline, so that a page is one answer; the content security policy has its hash. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f9; --card: #ffffff; --edge: #dde3eb; --text: #182230; --quiet: #55617a;
  --accent: #2757d6; --accent-over: #1d45b0; --on-accent: #ffffff; --wrong: #b3261e; --tint: #e8eefc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141b; --card: #181d27; --edge: #2b3443; --text: #e9edf4; --quiet: #a3aec2;
    --accent: #8db0ff; --accent-over: #adc6ff; --on-accent: #0d1526; --wrong: #ff9d94; --tint: #223050;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; padding: 1.25rem; display: grid; place-items: center;
  background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: 2.25rem 2rem 1.75rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 1rem; box-shadow: 0 0.5rem 2rem rgb(16 24 40 / 8%); text-align: center;
}
.icon {
  width: 3.5rem; height: 3.5rem; margin: 0 auto 1.25rem; display: grid; place-items: center; border-radius: 50%;
  background: var(--tint); color: var(--accent);
}
h1 { margin: 0; font-size: 1.25rem; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere; unicode-bidi: isolate; }
p { margin: 0.5rem 0 0; color: var(--quiet); overflow-wrap: anywhere; }
h1, p { text-wrap: balance; }
form { margin: 1.5rem 0 0; text-align: start; }
label { display: block; margin-bottom: 0.375rem; font-weight: 500; }
input, button { width: 100%; min-height: 3rem; border-radius: 0.625rem; font: inherit; }
input { padding: 0 0.875rem; border: 1px solid var(--quiet); background: var(--card); color: var(--text); }
input[aria-invalid] { border-color: var(--wrong); }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
label ~ label { margin-top: 1rem; }
[hidden] { display: none; }
input ~ button { margin-top: 1rem; }
button:hover { background: var(--accent-over); }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
.wrong { color: var(--wrong); }
.notes { margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid var(--edge); font-size: 0.875rem; }
.notes p { margin-top: 0.125rem; }
`;
