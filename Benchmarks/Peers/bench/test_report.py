#!/usr/bin/env python3
# Checks what the report makes of known lines. Run by Scripts/bench-peers before it measures anything.

import os
import tempfile
import unittest
import xml.dom.minidom

import report
from figures import Results, endurance, evenness
from goals import goals
from plots import short, spaced


def line(peer, variant, run, rate, workload="hot20k", callers=64, **more):
    return dict(
        peer=peer, variant=variant, workload=workload, callers=callers, run=run, slow=0, attempts_per_s=rate,
        accepted_per_s=rate, p50_us=100, p99_us=900, p999_us=1000, **more)


RACES = [
    line("enroll", "recorded", 1, 300), line("enroll", "recorded", 2, 100), line("enroll", "recorded", 3, 240),
    line("sqlite", "writer", 1, 100), line("sqlite", "writer", 2, 100), line("sqlite", "writer", 3, 120),
    line("postgres", "lock", 1, 2), line("postgres", "conditional", 1, 3),
]


class Ratios(unittest.TestCase):
    def test_a_ratio_is_taken_within_each_run(self):
        ratio = Results(RACES).ratio(("enroll", "recorded", "hot20k", 64), ("sqlite", "writer", "hot20k", 64))
        self.assertEqual(ratio.values, [3, 1, 2])
        self.assertEqual(ratio.median, 2)

    def test_of_several_ways_the_fastest_counts(self):
        keys = [("postgres", variant, "hot20k", 64) for variant in ("lock", "conditional")]
        self.assertEqual(Results(RACES).ratio(("enroll", "recorded", "hot20k", 64), keys).values, [100])

    def test_what_failed_counts_nowhere(self):
        failed = line("enroll", "recorded", 1, 9, problem="seats were sold twice")
        results = Results([failed])
        self.assertFalse(results.race("enroll", "recorded", "hot20k", 64))
        self.assertEqual(len(results.problems), 1)
        self.assertIn("sold twice", report.text(results, []))

    def test_full_groups_are_callers_over_the_time_of_a_sync(self):
        lines = [line("enroll", "recorded", 1, 48_000), line("floor", "append-4k", 1, 1, callers=1)]
        for each in lines:
            each.update(slow=1000, p50_us=1250)
        self.assertAlmostEqual(Results(lines).against_sync("hot20k", 64, 1000).median, 48_000 / (64 / 0.00125))

    def test_evenness_needs_two_points(self):
        self.assertEqual(evenness([(1, 80), (2, 100)]).median, 0.8)
        self.assertFalse(evenness([(1, 80)]))

    def test_more_callers_may_be_faster(self):
        self.assertEqual(endurance([(1, 10), (8, 50), (64, 45), (512, 40)]).median, 0.8)


class Summary(unittest.TestCase):
    def test_readme_gets_the_newest_figures_between_its_comments(self):
        old = f"before\n{report.SUMMARY_BEGIN}| old |\n{report.SUMMARY_END}after\n"
        new = report.summarise(Results(RACES), old)
        self.assertNotIn("old", new)
        self.assertIn("| **enroll**, refusals recorded | – | 240 | – | 0.90 |\n", new)
        self.assertTrue(new.startswith("before\n") and new.endswith("after\n"))
        self.assertEqual(report.summarise(Results(RACES), new), new)

    def test_readme_without_its_comments_is_left_alone(self):
        with self.assertRaises(ValueError):
            report.summarise(Results(RACES), "no comments")


class Verdicts(unittest.TestCase):
    def verdict(self, races, what):
        return next(goal.verdict for goal in goals(Results(races)) if what in goal.what)

    def test_met_missed_and_not_measured(self):
        self.assertEqual(self.verdict(RACES, "64 callers: against the batching"), "met")
        slower = [line("enroll", "recorded", 1, 100), line("sqlite", "writer", 1, 100)]
        self.assertEqual(self.verdict(slower, "64 callers: against the batching"), "missed: 0.50 of it")
        self.assertEqual(self.verdict(slower, "against Redis"), "not measured")

    def test_noise_is_told(self):
        races = [dict(each, foreign_cores=0.9) for each in RACES]
        self.assertEqual(self.verdict(races, "64 callers: against the batching"), "met (noisy)")

    def test_a_latency_must_be_low(self):
        self.assertEqual(self.verdict(RACES, "p99 latency"), "met")
        late = [dict(each, p99_us=3000) for each in RACES]
        self.assertEqual(self.verdict(late, "p99 latency"), "missed: 3.0 × too much")


class Pages(unittest.TestCase):
    def test_a_page_and_its_plots_are_written_and_are_what_they_claim(self):
        with tempfile.TemporaryDirectory() as folder:
            pictures = report.draw(Results(RACES), folder, "a < b")
            self.assertEqual([name for name, _ in pictures], ["throughput.svg", "ratios.svg"])
            for name, _ in pictures:
                xml.dom.minidom.parse(os.path.join(folder, name))
            page = report.text(Results(RACES), pictures)
            self.assertIn("](results/ratios.svg)", page)
            for part in page.split("\n\n"):
                if part.startswith("|"):
                    self.assertEqual(len({row.count("|") for row in part.splitlines()}), 1, part)

    def test_an_empty_folder_makes_a_page_that_says_so(self):
        self.assertIn("not measured", report.text(Results(), []))

    def test_labels_do_not_lie_on_each_other(self):
        self.assertEqual(spaced([50, 52, 10], 10, 0, 100), [50, 60, 10])
        self.assertEqual(spaced([99, 98], 10, 0, 100), [100, 90])

    def test_numbers_are_short(self):
        self.assertEqual([short(value) for value in (0.5, 64, 1500, 10_000, 2e6)], ["0.5", "64", "1.5k", "10k", "2M"])


if __name__ == "__main__":
    unittest.main()
