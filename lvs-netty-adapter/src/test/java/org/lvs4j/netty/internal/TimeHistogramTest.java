package org.lvs4j.netty.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a histogram of times shows in registries. */
final class TimeHistogramTest {
    private final TimeHistogram times = new TimeHistogram();
    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SimpleMeterRegistry simple = new SimpleMeterRegistry();

    private SourceMeters<TimeHistogram> bindTo(MeterRegistry registry) {
        SourceMeters<TimeHistogram> meters = new SourceMeters<>(registry, times, Tags.of("relay", "a"));
        meters.histogram("lvs.test.time", "Times of a test", Tags.of("result", "passed"), times);
        return meters;
    }

    private double bucket(String bound) {
        return prometheus
                .scrape()
                .lines()
                .filter(line -> line.startsWith("lvs_test_time_seconds_bucket{"))
                .filter(line -> line.contains("le=\"" + bound + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void record_prometheus_cumulativeBucketsCountAndSum() {
        bindTo(prometheus);
        times.record(TimeUnit.MICROSECONDS.toNanos(1500));
        times.record(TimeUnit.MILLISECONDS.toNanos(250));
        times.record(TimeUnit.SECONDS.toNanos(30));

        assertThat(bucket("0.001")).isZero();
        assertThat(bucket("0.0025")).isEqualTo(1);
        assertThat(bucket("0.1")).isEqualTo(1);
        assertThat(bucket("0.25")).isEqualTo(2);
        assertThat(bucket("10.0")).isEqualTo(2);
        assertThat(bucket("+Inf")).isEqualTo(3);
        assertThat(prometheus.scrape())
                .contains("lvs_test_time_seconds_count{relay=\"a\",result=\"passed\"} 3")
                .contains("lvs_test_time_seconds_sum{relay=\"a\",result=\"passed\"} 30.2515");
        assertThat(prometheus.scrape().lines().filter(line -> line.startsWith("lvs_test_time_seconds_bucket{")))
                .hasSize(TimeHistogram.bounds().size() + 1);
    }

    @Test
    void record_severalRegistries_eachBeginsAtZero() {
        bindTo(prometheus);
        times.record(1);
        bindTo(simple);
        times.record(TimeUnit.SECONDS.toNanos(1));

        Timer timer = simple.get("lvs.test.time").timer();
        assertThat(timer.count()).isEqualTo(1);
        assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(bucket("+Inf")).isEqualTo(2);
    }

    @Test
    void remove_oneRegistry_theOtherGoesOnAndNothingIsLeft() {
        SourceMeters<TimeHistogram> first = bindTo(prometheus);
        SourceMeters<TimeHistogram> second = bindTo(simple);
        first.remove();
        times.record(1);

        assertThat(prometheus.getMeters()).isEmpty();
        assertThat(simple.get("lvs.test.time").timer().count()).isEqualTo(1);
        assertThat(times.isRecorded()).isTrue();
        second.remove();
        assertThat(times.isRecorded()).isFalse();
        assertThat(simple.getMeters()).isEmpty();
    }
}
