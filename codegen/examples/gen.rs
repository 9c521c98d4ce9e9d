fn main() {
    let mut args = std::env::args().skip(1);
    let (input, out) = (args.next().unwrap(), args.next().unwrap());
    let mut sources = vec![];
    let mut stack = vec![std::path::PathBuf::from(input)];
    while let Some(p) = stack.pop() {
        if p.is_dir() {
            for e in std::fs::read_dir(&p).unwrap() {
                stack.push(e.unwrap().path());
            }
        } else if p.extension().is_some_and(|e| e == "json") {
            sources.push(taskcluster_codegen::Source {
                name: p.display().to_string(),
                bytes: std::fs::read(&p).unwrap(),
            });
        }
    }
    let target = if args.next().is_some() {
        taskcluster_codegen::Target::Module
    } else {
        taskcluster_codegen::Target::Crate {
            package: "taskcluster-events".into(),
            pulse: "../pulse".into(),
        }
    };
    match taskcluster_codegen::generate(&sources, &target) {
        Ok(files) => {
            let _ = std::fs::remove_dir_all(format!("{out}/src"));
            for (path, text) in files {
                let p = format!("{out}/{path}");
                std::fs::create_dir_all(std::path::Path::new(&p).parent().unwrap()).unwrap();
                std::fs::write(p, text).unwrap();
            }
        }
        Err(errors) => {
            println!("{errors}");
            std::process::exit(2)
        }
    }
}
