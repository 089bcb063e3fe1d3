// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "enrollment-engine", path: "..")],
    targets: [
        .systemLibrary(name: "CInflate", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "Measure",
            dependencies: [
                "CInflate",
                .product(name: "Enrollment", package: "enrollment-engine"),
                .product(name: "EventLog", package: "enrollment-engine"),
                .product(name: "EnrollmentEngine", package: "enrollment-engine"),
                .product(name: "EnrollmentReadModel", package: "enrollment-engine"),
            ]),
    ]
)
