package mhc.reports;

import mhc.eval.MetricName;

/** The paper's names for what tables show. */
final class Labels {
    private Labels() {}

    static String benchmark(String name) {
        return name.equals("gsm8k_cot")
                ? "GSM8K CoT"
                : PublishedFigures.of(name).map(PublishedFigures::label).orElse(name);
    }

    static String metric(MetricName name) {
        if (name.isOfOffset()) {
            return metric(name.withoutOffset()) + " at offset " + name.offset();
        }
        String metric =
                switch (name.metric()) {
                    case "exact_match", "em" -> "EM";
                    case "f1" -> "F1";
                    case "acc" -> "Acc";
                    case "acc_norm" -> "Acc norm";
                    case "acc_sum" -> "Acc sum";
                    case "acc_bytes" -> "Acc bytes";
                    default -> name.metric();
                };
        return name.filter().equals(MetricName.NO_FILTER) ? metric : metric + " (" + name.filter() + ")";
    }
}
