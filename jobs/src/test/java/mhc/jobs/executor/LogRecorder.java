package mhc.jobs.executor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;

/** The warnings of one class, as a reader of its log gets them. */
final class LogRecorder extends AbstractAppender implements AutoCloseable {
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Logger logger;

    private LogRecorder(Class<?> source) {
        super(source.getName(), null, null, false, Property.EMPTY_ARRAY);
        this.logger = (Logger) LogManager.getLogger(source);
    }

    static LogRecorder of(Class<?> source) {
        LogRecorder recorder = new LogRecorder(source);
        recorder.start();
        recorder.logger.addAppender(recorder);
        Configurator.setLevel(source, Level.WARN); // after the appender, which makes a configuration of this logger
        return recorder;
    }

    @Override
    public void append(LogEvent event) {
        if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
            warnings.add(event.getMessage().getFormattedMessage());
        }
    }

    List<String> warnings() {
        return warnings;
    }

    @Override
    public void close() {
        logger.removeAppender(this);
    }
}
