// Kafka Streams: exactly_once_v2, its state store (RocksDB) and its changelog. It takes the same
// arguments as the other peers; `--set warm=N` lets an application of its own count N events first,
// so that the virtual machine has compiled what it is going to run.

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

public final class StreamsCount {
  private final Map<String, List<String>> given = new HashMap<>();
  private final Map<String, String> settings = new HashMap<>();

  private StreamsCount(String[] arguments) {
    String name = "";
    for (String each : arguments) {
      if (each.startsWith("--")) {
        name = each.substring(2);
      } else if (name.equals("set")) {
        int at = each.indexOf('=');
        settings.put(each.substring(0, at), each.substring(at + 1));
      } else {
        given.computeIfAbsent(name, any -> new ArrayList<>()).add(each);
      }
    }
  }

  private String one(String name) {
    return given.get(name).get(0);
  }

  private KafkaStreams build(String group, String output, AtomicLong counted) {
    var builder = new StreamsBuilder();
    builder
        .stream(given.get("inputs"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .peek((key, value) -> counted.incrementAndGet())
        .groupByKey(Grouped.with(Serdes.ByteArray(), Serdes.ByteArray()))
        // With its cache several events of a key would make one output.
        .count(
            Materialized.<byte[], Long, org.apache.kafka.streams.state.KeyValueStore<
                    org.apache.kafka.common.utils.Bytes, byte[]>>as("counts")
                .withKeySerde(Serdes.ByteArray())
                .withValueSerde(Serdes.Long())
                .withCachingDisabled())
        .toStream()
        .mapValues(count -> Long.toString(count).getBytes(StandardCharsets.US_ASCII))
        .to(output, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, one("brokers"));
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, one("folder"));
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    properties.put("auto.offset.reset", "earliest");
    for (var each : settings.entrySet()) {
      if (!each.getKey().equals("warm")) {
        properties.put(each.getKey(), each.getValue());
      }
    }
    return new KafkaStreams(builder.build(), properties);
  }

  private void warmUp(long events) throws InterruptedException {
    var counted = new AtomicLong();
    long began = System.nanoTime();
    try (var streams = build(one("group") + "-warm", one("table"), counted)) {
      streams.start();
      while (counted.get() < events) {
        Thread.sleep(20);
      }
    }
    System.out.println("warmed " + (System.nanoTime() - began) / 1e9);
  }

  public static void main(String[] arguments) throws InterruptedException {
    var errand = new StreamsCount(arguments);
    long warm = Long.parseLong(errand.settings.getOrDefault("warm", "0"));
    if (warm > 0) {
      errand.warmUp(warm);
    }
    var ended = new CountDownLatch(1);
    try (var streams = errand.build(errand.one("group"), errand.one("output"), new AtomicLong())) {
      Runtime.getRuntime().addShutdownHook(new Thread(ended::countDown));
      streams.start();
      System.out.println("ready now");
      ended.await();
    }
  }
}
