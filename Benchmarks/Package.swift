// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "enrollment-engine", path: ".."),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
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
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Transparency", package: "enrollment-engine"),
            ]),
    ]
)
