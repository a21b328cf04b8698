// What bundles of single tabs share with the main bundle, by path. The build puts in here all that
// they import and do not hold themselves (`js/build.mjs`); `wire/modules.ts` hands it to them.
const shared: Record<string, unknown> = {};

export default shared;
