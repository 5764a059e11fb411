/** How `npm run generate:client` makes `src/generated` from the API document. `npm run lint:client` makes it elsewhere, to compare. */
export default {
  input: './dist/openapi.json',
  output: {
    path: process.env.CLIENT_OUTPUT ?? './clients/typescript/src/generated',
    importFileExtension: '.js',
    entryFile: false,
  },
  logs: { file: false },
  plugins: [
    '@hey-api/typescript',
    { name: '@hey-api/client-fetch', baseUrl: false, throwOnError: true },
    {
      name: '@hey-api/sdk',
      responseStyle: 'data',
      // `files_list` is `api.files.list()`.
      operations: {
        strategy: 'single',
        containerName: 'Api',
        nesting: 'operationId',
        nestingDelimiters: /_/,
      },
    },
  ],
};
