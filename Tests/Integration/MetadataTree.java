import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.node.MetadataImageNode;
import org.apache.kafka.image.node.printer.MetadataNodePrinter;
import org.apache.kafka.image.node.printer.MetadataNodeRedactionCriteria;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.util.SnapshotFileReader;
import org.apache.kafka.server.fault.LoggingFaultHandler;

/** Prints the tree that Kafka's own classes make of a metadata file, as its metadata shell's `tree /image` does (the shell itself is not in every package). */
public class MetadataTree implements MetadataNodePrinter {
    private static SnapshotFileReader reader;
    private int depth;

    public static void main(String[] arguments) throws Exception {
        MetadataLoader loader = new MetadataLoader.Builder()
            .setFaultHandler(new LoggingFaultHandler("tree", () -> { })).setNodeId(-1).setHighWaterMarkAccessor(() -> reader.highWaterMark()).build();
        reader = new SnapshotFileReader(arguments[0], loader);
        Newest newest = new Newest();
        reader.startup();
        loader.installPublishers(List.of(newest)).get(30, TimeUnit.SECONDS);
        newest.seen.await(30, TimeUnit.SECONDS);
        // Nothing tells that the last batch has been folded in, but that no other comes.
        for (MetadataImage last = null; last != newest.image; Thread.sleep(500)) last = newest.image;
        new MetadataImageNode(newest.image).print(new MetadataTree());
        System.out.flush();
        System.exit(0);
    }

    /** Keeps the newest image. */
    private static class Newest implements MetadataPublisher {
        private final CountDownLatch seen = new CountDownLatch(1);
        private volatile MetadataImage image;

        public String name() { return "newest"; }

        public void onMetadataUpdate(MetadataDelta delta, MetadataImage now, LoaderManifest manifest) {
            image = now;
            if (!now.isEmpty()) seen.countDown();
        }
    }

    public MetadataNodeRedactionCriteria redactionCriteria() { return MetadataNodeRedactionCriteria.Disabled.INSTANCE; }

    public void enterNode(String name) { System.out.println("  ".repeat(depth++) + name + ":"); }

    public void leaveNode() { depth--; }

    public void output(String text) { System.out.println("  ".repeat(depth) + text); }
}
