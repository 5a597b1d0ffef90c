package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths and URIs that users give, and the sentence on each that cannot be used. */
class LocationTest {
    private static void refuse(String uri, String... parts) {
        assertThatThrownBy(() -> Location.of("Model", uri, new Configuration()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Model ")
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aPathIsTakenLiterally() {
        Location location = Location.of("Model", "/models/g[1] {a,b}*?", new Configuration());

        assertThat(location.path()).hasToString("file:/models/g[1] {a,b}*?");
    }

    @Test
    void schemesThatNothingReads() {
        String hadoop = VersionInfo.getVersion();
        refuse("nofs://host/m", "nofs://host/m has the scheme nofs, which nothing here reads: give a local path");
        refuse("s3://bucket/m", "has the scheme s3, which nothing here reads: give s3a: instead");
        refuse("http://host/m?sig=abc", "http://host/m?*** is a web address", "download it and give its folder");
        refuse("https://host/m", "https://host/m is a web address");
        refuse(
                "abfs://container@account.host/m",
                "Model abfs://container@account.host/m needs the connector org.apache.hadoop:hadoop-azure:" + hadoop
                        + ", which is not whole on the class path: add --packages org.apache.hadoop:hadoop-azure:"
                        + hadoop);
        refuse("s3a://bucket/m", "needs the connector org.apache.hadoop:hadoop-aws:" + hadoop);
        refuse("gs://bucket/m", "needs the connector com.google.cloud.bigdataoss:gcs-connector");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file://host/m", "file://localhost/m", "file://models/m"})
    void localFilesHaveNoHost(String uri) {
        refuse(uri, uri + " names a host, ", ", which local files have not: give ", "/m or file:///m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3a://AKIA:hidden@bucket/m",
                "s3a://AKIA:hid/den+/hidden@bucket/m",
                "s3a://AKIA:hidden@hidden@bucket/m",
                "sftp://user:hidden@host:22/m",
                "nofs://:hidden@host/m"
            })
    void credentialsAreRefusedAndNotShown(String uri) {
        refuse(uri, "://***@", "/m has credentials in it", "AWS_ACCESS_KEY_ID");
        assertThatThrownBy(() -> Location.of("Model", uri, new Configuration()))
                .hasMessageNotContainingAny("hidden", "AKIA", "user");
        assertThat(new InputException("cannot read " + uri + ": mend it"))
                .hasMessageStartingWith("cannot read ")
                .hasMessageEndingWith(": mend it")
                .hasMessageNotContaining("hidden");
    }

    @ParameterizedTest
    @CsvSource({"hdfs://namenode:8020/m@1", "abfs://container@account/m", "/models/a:b@c", "hdfs://user@host/m"})
    void whatOnlyLooksLikeCredentialsIsShown(String uri) {
        Location.check("Model", uri);

        assertThat(Location.withoutSecrets(uri)).isEqualTo(uri);
    }
}
