package mhc.datasets;

/**
 * One physical file of a source.
 *
 * @param task sub-task that its place tells (BBH task, MMLU subject, MATH type), or {@code ""}
 * @param item item number that its name tells (one file a problem, as in MATH), or {@code ""}
 */
record Part(DataFile file, String task, String item) {}
