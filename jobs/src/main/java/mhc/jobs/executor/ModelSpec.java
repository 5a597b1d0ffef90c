package mhc.jobs.executor;

import java.io.Serializable;
import mhc.model.InferenceOptions;

/**
 * A model as an executor needs it.
 *
 * @param name in the configuration
 * @param uri folder or Hadoop URI
 * @param fingerprint of its files, as the driver saw them
 * @param options how to run it; a device of {@code cuda} without a number means the task's own GPU,
 *     {@code cuda:*} all of its GPUs
 */
public record ModelSpec(String name, String uri, String fingerprint, InferenceOptions options)
        implements Serializable {}
