package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On HDFS: a name node and a data node in this process. */
class HdfsRunTest extends RemoteRun {
    @TempDir
    private static Path disk;

    private static MiniDFSCluster hdfs;

    @BeforeAll
    static void start() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disk.toString());
        hdfs = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        hdfs.waitActive();
    }

    @AfterAll
    static void stop() {
        hdfs.shutdown();
    }

    @Override
    String store() {
        return hdfs.getURI() + "/mhc";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("dfs.replication", "1");
    }
}
