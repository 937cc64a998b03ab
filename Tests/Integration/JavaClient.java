import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.*;

/** The Java client against the broker named on the command line: admin calls, idempotent produce with each codec, group consume, offsets. */
public class JavaClient {
    static void check(boolean ok, String what) {
        if (!ok) throw new AssertionError(what);
    }

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0], topic = "java-topic";
        Map<String, Object> base = Map.of("bootstrap.servers", bootstrap);
        try (Admin admin = Admin.create(base)) {
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1).configs(Map.of("retention.ms", "123456")))).all().get(30, TimeUnit.SECONDS);
            check(admin.listTopics().names().get().contains(topic), "listTopics");
            check(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 4, "describeTopics");
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            check(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value().equals("123456"), "describeConfigs");
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(6))).all().get();
            check(admin.describeCluster().nodes().get().size() == 1, "describeCluster");
            long sent = 0;
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                Map<String, Object> config = new HashMap<>(base);
                config.put("compression.type", codec);
                config.put("linger.ms", 5);
                try (KafkaProducer<String, String> producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
                    for (int n = 0; n < 200; n++, sent++) producer.send(new ProducerRecord<>(topic, "key" + n, codec + n));
                    producer.flush();
                }
            }
            Map<String, Object> config = new HashMap<>(base);
            config.put("group.id", "java-group");
            config.put("auto.offset.reset", "earliest");
            config.put("enable.auto.commit", false);
            int seen = 0;
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of(topic));
                long deadline = System.currentTimeMillis() + 60000;
                while (seen < sent && System.currentTimeMillis() < deadline) {
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                        seen++;
                        check(record.key().startsWith("key"), "key");
                    }
                }
                consumer.commitSync();
                check(seen == sent, "consumed " + seen + " of " + sent);
                Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
                check(ends.values().stream().mapToLong(n -> n).sum() == sent, "endOffsets");
                admin.describeConsumerGroups(List.of("java-group")).all().get();
            }
            long committed = admin.listConsumerGroupOffsets("java-group").partitionsToOffsetAndMetadata().get().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
            check(committed == sent, "committed " + committed);
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1))).all().get();
            admin.deleteConsumerGroups(List.of("java-group")).all().get();
            admin.deleteTopics(List.of(topic)).all().get();
        }
        System.out.println("all is well");
    }
}
