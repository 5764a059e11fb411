// @swc/jest without a branch that swc adds: for every constructor parameter it emits `typeof X ===
// "undefined" ? Object : X`. No test can take that branch, and it would count as missing coverage.
const { createTransformer } = require('@swc/jest');

const METADATA = /typeof (\w+) === "undefined" \? Object : \1/g;

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const ignored = (result) => ({
      ...result,
      code: result.code.replace(METADATA, '/* istanbul ignore next */ $&'),
    });
    return {
      ...swc,
      canInstrument: false,
      process: (...args) => ignored(swc.process(...args)),
      processAsync: async (...args) => ignored(await swc.processAsync(...args)),
    };
  },
};
