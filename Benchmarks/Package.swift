// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "enrollment-engine", path: ".."),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        // Without its counters of allocations, which stand in malloc's place.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CInflate", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CSQLiteBench", linkerSettings: [.linkedLibrary("sqlite3")]),
        .executableTarget(
            name: "Measure",
            dependencies: [
                "CInflate", "CSQLiteBench",
                .product(name: "Enrollment", package: "enrollment-engine"),
                .product(name: "EventLog", package: "enrollment-engine"),
                .product(name: "EnrollmentAudit", package: "enrollment-engine"),
                .product(name: "EnrollmentEngine", package: "enrollment-engine"),
                .product(name: "EnrollmentReadModel", package: "enrollment-engine"),
                .product(name: "EnrollmentVault", package: "enrollment-engine"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Transparency", package: "enrollment-engine"),
            ]),
        // Run by Scripts/bench-library; the plugin looks for them in a folder of this package's name.
        .executableTarget(
            name: "LibraryBenchmarks",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "Enrollment", package: "enrollment-engine"),
                .product(name: "EventLog", package: "enrollment-engine"),
                .product(name: "EnrollmentEngine", package: "enrollment-engine"),
                .product(name: "EnrollmentReadModel", package: "enrollment-engine"),
                .product(name: "EnrollmentTesting", package: "enrollment-engine"),
            ],
            path: "LibraryBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
