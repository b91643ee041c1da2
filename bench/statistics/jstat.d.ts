// The part of jstat that is used here: it comes without types.

declare module "jstat" {
  const jStat: {
    studentt: {
      /** The quantile of Student's t distribution: the value below which a share `p` of it lies. */
      inv(p: number, degreesOfFreedom: number): number;
    };
  };
  export default jStat;
}
