# SPDX-License-Identifier: MIT
# vspan.bash - completion of `vspan` for bash. tests/e2e/test-completion.py keeps
# it level with what --help says.

_vspan_options() {
    case $1 in
    attach) echo "--control= --no-control --to= --keep-going --state-dir= --no-state --clock=
        --poll= --quiet-time= --site-quota= --site-quota-total= --symbols= --functions= --min-duration=
        --format= --help" ;;
    call) echo "--repeat= --restore --timeout= --traceparent= --cpus= --memory= --name= --quiet
        --ring-size= --mode= --poll= --summary --format= --help" ;;
    create) echo "--rings= --ring-size= --mode= --sites= --name= --enable --force --format= --help" ;;
    detach) echo "--to= --format= --help" ;;
    doctor) echo "--format= --help" ;;
    dump) echo "--offset= --records= --sites --format= --help" ;;
    list | status) echo "--control= --format= --help" ;;
    record) echo "--output= --session= --filter= --edges --functions --min-duration= --heap --preload=
        --rings= --sites= --region= --cpus= --memory= --name= --timeout= --traceparent=
        --quiet --kill-after= --kill-cpu= --ring-size= --mode= --poll= --drain-on-exit
        --format= --help" ;;
    run) echo "--cpus= --memory= --name= --timeout= --traceparent= --quiet --kill-after= --kill-cpu=
        --ring-size= --mode= --poll= --drain-on-exit --format= --help" ;;
    view) echo "--tree --tally --html --perfetto --speedscope --folded --otlp --text --ctf= --live --all
        --depth= --min-duration= --top= --collapse --from= --to= --by= --sort= --interval= --name=
        --limit= --format= --color= --output= --no-open --no-pager --verbose --help" ;;
    esac
}

# What may follow an option's `=`.
_vspan_values() {
    case $1 in
    --format) COMPREPLY=($(compgen -W "text json" -- "$2")) ;;
    --mode) COMPREPLY=($(compgen -W "block discard overwrite" -- "$2")) ;;
    --clock) COMPREPLY=($(compgen -W "host unknown offset:" -- "$2")) ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$2")) ;;
    --by) COMPREPLY=($(compgen -W "name provider vm vcpu" -- "$2")) ;;
    --sort) COMPREPLY=($(compgen -W "time self calls average min p50 p95 p99 max errors name" -- "$2")) ;;
    --state-dir | --symbols | --ctf) COMPREPLY=($(compgen -d -- "$2")) ;;
    --control | --to | --output | --region) COMPREPLY=($(compgen -f -- "$2")) ;;
    *) COMPREPLY=() ;;
    esac
}

_vspan() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}

    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "attach call create detach doctor dump list record run status view
            --help --version" -- "$word"))
    elif [ "$word" = "=" ]; then
        _vspan_values "$before" ""
    elif [ "$before" = "=" ]; then
        _vspan_values "${COMP_WORDS[COMP_CWORD - 2]}" "$word"
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$(_vspan_options "$command")" -- "$word"))
        [[ ${COMPREPLY-} == *= ]] && compopt -o nospace 2>/dev/null
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -F _vspan vspan
