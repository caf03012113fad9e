import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.namenode.NameNodeAdapter;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.server.resourcemanager.ResourceManager;
import org.apache.hadoop.yarn.server.resourcemanager.recovery.FileSystemRMStateStore;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMApp;

/**
 * A real HDFS and a real YARN with one machine, in one process, for tests. Its first argument is a folder of its own, in which `conf` is what clients are to be
 * given as HADOOP_CONF_DIR. Two more, a principal and its keytab, make it ask for Kerberos. Prints `ready` when it serves. Lines on stdin are commands, each of
 * which is answered with `did COMMAND`: `stop`, `pause` and `resume` with `yarn` or `hdfs`, `applications` and `tokens`. The end of stdin ends everything.
 */
public final class MiniHadoop {
  private static final int MEMORY_MB = 3072;

  private static String principal;
  private static String keytab;

  public static void main(String[] arguments) throws Exception {
    java.nio.file.Path work = java.nio.file.Path.of(arguments[0]).toAbsolutePath();
    if (arguments.length == 3) {
      principal = arguments[1];
      keytab = arguments[2];
      UserGroupInformation.setConfiguration(settings(work));
    }
    System.setProperty("test.build.data", work.resolve("data").toString());
    MiniDFSCluster hdfs = new MiniDFSCluster.Builder(settings(work), work.resolve("hdfs").toFile()).numDataNodes(1).build();
    hdfs.waitActive();
    // The users that are no superusers and have a home.
    for (String user : new String[] {"emberlab", "ada"}) {
      Path home = new Path("/user/" + user);
      hdfs.getFileSystem().mkdirs(home);
      hdfs.getFileSystem().setOwner(home, user, user);
    }
    Configuration settings = settings(work);
    settings.set("fs.defaultFS", hdfs.getURI().toString());
    MiniYARNCluster yarn = new MiniYARNCluster("minihadoop", 1, 1, 1);
    yarn.init(settings);
    yarn.start();
    yarn.waitForNodeManagersToConnect(60_000);
    Configuration client = new Configuration(yarn.getConfig());
    // Spark brings its own jars, Hadoop's among them.
    client.set("yarn.application.classpath", "");
    // As on a real cluster, where the one that may look at applications' pages is on another machine.
    client.set("yarn.web-proxy.address", "203.0.113.1:8088");
    client.set("dfs.namenode.http-address", "localhost:" + hdfs.getNameNode().getHttpAddress().getPort());
    client.unset("net.topology.node.switch.mapping.impl");
    write(client, Files.createDirectories(work.resolve("conf")));
    System.out.println("ready");
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String command; (command = commands.readLine()) != null; ) {
      switch (command) {
        case "stop yarn" -> yarn.stop();
        case "stop hdfs" -> hdfs.shutdown();
        case "pause hdfs" -> hdfs.shutdownNameNode(0);
        case "resume hdfs" -> hdfs.restartNameNode(0, true);
        case "pause yarn" -> yarn.getResourceManager().stop();
        case "resume yarn" -> yarn.restartResourceManager(0);
        case "applications" -> applications(yarn.getResourceManager());
        case "tokens" -> System.out.println("tokens " + tokens(hdfs, yarn));
        default -> System.err.println("unknown: " + command);
      }
      System.out.println("did " + command);
    }
    Runtime.getRuntime().halt(0);
  }

  /** One line for each that YARN knows. */
  private static void applications(ResourceManager manager) {
    for (RMApp each : manager.getRMContext().getRMApps().values()) {
      System.out.println("application " + each.getApplicationId() + " " + each.getState() + " " + each.getUser());
    }
  }

  /** How many delegation tokens are good for something, of the file system and of YARN together. */
  private static long tokens(MiniDFSCluster hdfs, MiniYARNCluster yarn) {
    return NameNodeAdapter.getDtSecretManager(hdfs.getNamesystem()).getCurrentTokensSize()
        + yarn.getResourceManager().getRMContext().getRMDelegationTokenSecretManager().getCurrentTokensSize();
  }

  private static Configuration settings(java.nio.file.Path work) {
    Configuration settings = new YarnConfiguration();
    settings.set("hadoop.tmp.dir", work.resolve("tmp").toString());
    settings.setBoolean("yarn.is.minicluster", true);
    settings.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", MEMORY_MB);
    settings.setInt("yarn.nodemanager.resource.memory-mb", MEMORY_MB);
    settings.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
    settings.setBoolean("yarn.nodemanager.pmem-check-enabled", false);
    settings.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
    settings.setBoolean("yarn.log-aggregation-enable", true);
    settings.set("yarn.nodemanager.remote-app-log-dir", "/logs");
    settings.setInt("dfs.ls.limit", 100);
    settings.setInt("yarn.nodemanager.delete.debug-delay-sec", 0);
    settings.setInt("yarn.scheduler.minimum-allocation-mb", 128);
    settings.setInt("yarn.scheduler.maximum-allocation-mb", 2048);
    settings.set("yarn.scheduler.capacity.root.queues", "default,other,closed");
    settings.set("yarn.scheduler.capacity.root.default.capacity", "90");
    settings.set("yarn.scheduler.capacity.root.default.maximum-capacity", "100");
    settings.set("yarn.scheduler.capacity.root.other.capacity", "10");
    settings.set("yarn.scheduler.capacity.root.other.maximum-capacity", "100");
    settings.set("yarn.scheduler.capacity.root.closed.capacity", "0");
    settings.set("yarn.scheduler.capacity.root.closed.state", "STOPPED");
    settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1.0");
    // What it knows of applications outlives a resource manager.
    settings.setBoolean("yarn.resourcemanager.recovery.enabled", true);
    settings.set("yarn.resourcemanager.store.class", FileSystemRMStateStore.class.getName());
    settings.set("yarn.resourcemanager.fs.state-store.uri", work.resolve("state").toUri().toString());
    // Whom the platform's user may stand in for.
    settings.set("hadoop.proxyuser.emberlab.hosts", "*");
    settings.set("hadoop.proxyuser.emberlab.users", "ada,grace");
    if (principal != null) secure(settings);
    return settings;
  }

  /** All parts are one process, so all are one principal. */
  private static void secure(Configuration settings) {
    settings.set("hadoop.security.authentication", "kerberos");
    settings.setBoolean("hadoop.security.authorization", true);
    for (String part : new String[] {"dfs.namenode", "dfs.datanode", "dfs.web.authentication"}) {
      settings.set(part + ".kerberos.principal", principal);
      settings.set(part + (part.startsWith("dfs.web") ? ".kerberos.keytab" : ".keytab.file"), keytab);
    }
    for (String part : new String[] {"yarn.resourcemanager", "yarn.nodemanager"}) {
      settings.set(part + ".principal", principal);
      settings.set(part + ".keytab", keytab);
    }
    settings.setBoolean("dfs.block.access.token.enable", true);
    settings.setBoolean("ignore.secure.ports.for.testing", true);
    // Containers find the settings of Kerberos as this process does.
    settings.set("yarn.nodemanager.env-whitelist", "JAVA_HOME,JDK_JAVA_OPTIONS");
  }

  private static void write(Configuration settings, java.nio.file.Path folder) throws IOException {
    for (String name : new String[] {"core-site.xml", "yarn-site.xml"}) {
      try (OutputStream file = Files.newOutputStream(folder.resolve(name))) {
        settings.writeXml(file);
      }
    }
  }
}
